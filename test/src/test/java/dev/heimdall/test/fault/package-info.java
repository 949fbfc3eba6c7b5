/**
 * What clients see when the network, a server or another client misbehaves, and that a node is at
 * rest afterwards. Faults are made here and nowhere else.
 */
package dev.heimdall.test.fault;
