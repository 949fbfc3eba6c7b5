/** How threads are made, for whoever has work that may block, whatever it is for. */
package dev.heimdall.routing.threads;
