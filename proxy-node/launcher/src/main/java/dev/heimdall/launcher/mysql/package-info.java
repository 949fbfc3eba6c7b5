/** MariaDB and MySQL servers as processes of their own, for the demo and for tests. */
package dev.heimdall.launcher.mysql;
