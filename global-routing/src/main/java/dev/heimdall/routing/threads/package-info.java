/**
 * Creation of threads, for any component with work that may block, whatever its purpose; and what
 * they conclude from clocks.
 */
package dev.heimdall.routing.threads;
