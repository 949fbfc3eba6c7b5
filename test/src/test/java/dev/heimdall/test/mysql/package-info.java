/** The MySQL dialect against real servers. */
package dev.heimdall.test.mysql;
