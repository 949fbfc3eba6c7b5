/** Rules about how the house is built and which room may know which. Nothing here runs a node. */
package dev.heimdall.test.architecture;
