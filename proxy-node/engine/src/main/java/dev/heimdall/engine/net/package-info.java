/**
 * Transport, event loops, listeners and TLS contexts: how bytes come in and go out. It knows no
 * protocol and no session.
 */
package dev.heimdall.engine.net;
