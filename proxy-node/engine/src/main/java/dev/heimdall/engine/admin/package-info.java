/**
 * The operator's endpoints of a running node: the statements of the admin console and the HTTP
 * endpoint. They see and change the node only through {@link dev.heimdall.engine.admin.NodeView}
 * and the numbers of {@code observe}; nothing here runs on a loop that carries traffic or knows how
 * a session, pool or backend works.
 */
package dev.heimdall.engine.admin;
