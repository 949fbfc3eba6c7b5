/**
 * The node in front of real servers: wire, pools, session state, reload. Faults, security and
 * drivers have rooms of their own.
 */
package dev.heimdall.test.it;
