/**
 * Handover of listening sockets and clients from one process to another on the same machine: frames
 * over a Unix domain socket, file descriptors over a second one, and the form in which state is
 * written. What the state means is said by those who write and read it.
 */
package dev.heimdall.engine.handover;
