/**
 * The control plane's process: REST over one configuration, on a port of its own. It reads and
 * writes the documents where they live ({@code edit}), knows who may ({@code login}), answers REST
 * ({@code rest}) and speaks HTTP ({@code web}); {@link dev.heimdall.manager.ControlPlane} puts them
 * together. It knows no engine: nodes read what it writes, and go on without it.
 */
package dev.heimdall.manager;
