/** Log-in of SQL Server's clients: PRELOGIN, TLS inside of its packets, LOGIN7. */
package dev.heimdall.engine.dialect.sqlserver.login;
