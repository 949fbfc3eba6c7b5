/**
 * Inspection of databases, stores and AWS before the manager writes anything: questions as an
 * interface that the code which starts the manager implements, and answers as values. Knows no
 * pages, makes no connection itself, and runs what waits for the network on threads of its own.
 */
package dev.heimdall.manager.inspect;
