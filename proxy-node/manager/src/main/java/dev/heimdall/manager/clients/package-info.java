/**
 * Clients that are connected to the nodes at the moment. Nodes report it only while somebody looks.
 * Sessions of browsers with the manager do not belong here.
 */
package dev.heimdall.manager.clients;
