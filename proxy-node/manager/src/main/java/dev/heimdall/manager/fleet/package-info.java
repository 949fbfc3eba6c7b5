/**
 * The nodes that report to this manager: what each of them said last, whether it still does, and by
 * which configuration it runs. What a section of a report means is up to those who read it.
 */
package dev.heimdall.manager.fleet;
