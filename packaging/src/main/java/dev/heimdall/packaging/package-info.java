/**
 * Makes of a build what people install: an archive, a Debian package, an RPM, a container image and
 * a chart, the same bytes for the same sources. Knows where files belong on a machine, and nothing
 * of what the product does.
 */
package dev.heimdall.packaging;
