/**
 * What MySQL's and MariaDB's servers hold of definitions, as they say in information_schema, and
 * what their own functions do. All databases of a server are read as one.
 */
package dev.heimdall.engine.dialect.mysql.catalog;
