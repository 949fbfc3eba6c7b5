/**
 * Creation of AWS SDK clients, and the meaning of their failed calls: for any component with such
 * clients, whatever their purpose. No service, and nothing of clusters.
 */
package dev.heimdall.routing.sdk;
