/**
 * The log-in of clients that speak MySQL's protocol: greeting, capabilities, TLS, the methods by
 * which a password is proved.
 */
package dev.heimdall.engine.dialect.mysql.login;
