/**
 * Definitions held by MySQL and MariaDB servers, as reported in information_schema, and the effects
 * of the servers' own functions. All databases of a server are read as one.
 */
package dev.heimdall.engine.dialect.mysql.catalog;
