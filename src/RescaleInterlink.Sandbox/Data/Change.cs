namespace RescaleInterlink.Sandbox.Data;

/// <summary>A record put (one of the three is set) or deleted (none is).</summary>
/// <param name="Kind">Name of the table.</param>
internal sealed record Change(string Kind, string Id, FileRecord? File = null, FolderRecord? Folder = null, JobRecord? Job = null);
