/**
 * Random and damaged bytes on both sides of a node, in bounded runs whose seed is printed. A node
 * under fuzz keeps serving a client that behaves.
 */
package dev.heimdall.test.fuzz;
