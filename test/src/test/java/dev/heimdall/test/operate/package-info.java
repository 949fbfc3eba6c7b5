/**
 * What operators see of a node and do to it: counters, events, the admin console, the HTTP
 * endpoint, the drain and the log of the command. Nothing here looks inside the node.
 */
package dev.heimdall.test.operate;
