/**
 * What another engine's answers and the parameters of statements that go there are to clients of
 * MySQL's protocol. {@link dev.heimdall.engine.dialect.mysql.foreign.MysqlForeignFormat} is the way
 * in; nothing here runs on an event loop.
 */
package dev.heimdall.engine.dialect.mysql.foreign;
