/**
 * Traffic that a node makes itself before clients come: clients and servers of its own, on loopback
 * sockets, so that Java has loaded and compiled what statements go through.
 */
package dev.heimdall.engine.practice;
