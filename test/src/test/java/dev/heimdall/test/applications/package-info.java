/**
 * Applications that others wrote, unmodified, walked through directly and through a node; what they
 * show and what they store must be the same. Each application is a class, what they share is {@link
 * dev.heimdall.test.applications.ApplicationsIT}'s.
 */
package dev.heimdall.test.applications;
