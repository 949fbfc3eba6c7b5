/** Creation of threads, for any component with work that may block, whatever its purpose. */
package dev.heimdall.routing.threads;
