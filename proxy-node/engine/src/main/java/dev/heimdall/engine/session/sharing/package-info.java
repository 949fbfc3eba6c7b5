/**
 * Short reads of a session in the pipeline of a server connection that other sessions use as well:
 * when a statement may share one, and what becomes of it there. Knows no protocol.
 */
package dev.heimdall.engine.session.sharing;
