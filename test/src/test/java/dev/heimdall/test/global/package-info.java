/**
 * Regions of a global cluster, simulated on this machine: real databases that replicate, real
 * nodes, the function and the store of each region, lines with delay and loss between them, and
 * clients whose histories are checked.
 */
package dev.heimdall.test.global;
