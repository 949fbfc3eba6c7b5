/**
 * PostgreSQL's NotificationResponse, as servers send it and as clients get it. Who listens for what
 * is decided in {@link dev.heimdall.engine.listen}.
 */
package dev.heimdall.engine.dialect.postgres.listen;
