/**
 * The admin database for clients that speak MySQL's protocol: their commands after the log-in, and
 * what drivers ask by habit.
 */
package dev.heimdall.engine.dialect.mysql.console;
