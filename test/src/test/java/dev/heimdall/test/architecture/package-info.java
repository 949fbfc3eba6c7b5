/** Rules about which room of the house may know which. Nothing here runs a node. */
package dev.heimdall.test.architecture;
