/**
 * PostgreSQL's side of prepared statements: their names on servers, what Parse messages and
 * descriptions say, the errors that name them. It knows neither clients nor connections.
 */
package dev.heimdall.engine.dialect.postgres.prepared;
