/**
 * Bytes of SQL Server's protocol (TDS 7.1 to 8.0): packets, PRELOGIN, LOGIN7, the tokens of
 * replies, requests. It knows no session and no connection, and never another dialect.
 *
 * <p>Bytes that arrive go through {@link dev.heimdall.engine.wire.sqlserver.TdsPacketWalker}, which
 * yields the payload of each packet in runs; a reply's runs go on to {@link
 * dev.heimdall.engine.wire.sqlserver.TdsReplyScanner}, and to {@link
 * dev.heimdall.engine.wire.sqlserver.TdsReframer} where the other side has another packet size.
 */
package dev.heimdall.engine.wire.sqlserver;
