/**
 * LISTEN and NOTIFY: one client's part in them ({@link dev.heimdall.engine.listen.Listening}), and
 * one server connection for each pool that listens for all its sessions, so that LISTEN does not
 * pin them. It knows its clients by {@link dev.heimdall.engine.listen.ListeningClient} only.
 */
package dev.heimdall.engine.listen;
