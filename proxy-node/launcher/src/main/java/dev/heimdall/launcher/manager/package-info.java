/**
 * The manager as a process beside a node's: started again when it ends, and ended with the node.
 */
package dev.heimdall.launcher.manager;
