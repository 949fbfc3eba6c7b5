/**
 * Conversion of another engine's answers, and of the parameters of statements sent there, for
 * clients of MySQL's protocol. {@link dev.heimdall.engine.dialect.mysql.foreign.MysqlForeignFormat}
 * is the way in; nothing here runs on an event loop.
 */
package dev.heimdall.engine.dialect.mysql.foreign;
