/**
 * Figures on disk, so that they outlive the manager: a file of each manager, which it alone writes
 * and others read copies of. The only package that knows MVStore. What the figures are is for
 * others to know.
 */
package dev.heimdall.manager.archive;
