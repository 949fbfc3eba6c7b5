/**
 * Maps that are bounded by the number of their entries, for whoever keeps something of clients,
 * people or servers, whatever it is. Only the JDK.
 */
package dev.heimdall.routing.bounded;
