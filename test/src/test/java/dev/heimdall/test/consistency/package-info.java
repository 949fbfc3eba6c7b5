/**
 * Checkers of what clients may see: concurrent histories against a model. Faults of the network and
 * of servers are not made here.
 */
package dev.heimdall.test.consistency;
