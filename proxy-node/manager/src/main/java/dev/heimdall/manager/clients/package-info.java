/**
 * Clients that are connected to the nodes at the moment. Nodes report it only while they are
 * viewed. Sessions of browsers with the manager do not belong here.
 */
package dev.heimdall.manager.clients;
