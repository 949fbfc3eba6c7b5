/**
 * Objects that SQL Server brings into every database. Databases themselves are not read: what is in
 * them is what statements say.
 */
package dev.heimdall.engine.dialect.sqlserver.catalog;
