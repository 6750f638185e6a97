namespace RescaleInterlink.Sandbox.Runner;

/// <summary>A file in the work folder of a run under way.</summary>
internal sealed record LiveFile(string Id, string RelativePath, long Size);
