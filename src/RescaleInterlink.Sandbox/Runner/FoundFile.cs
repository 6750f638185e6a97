namespace RescaleInterlink.Sandbox.Runner;

/// <param name="Path">Where it lies.</param>
/// <param name="RelativePath">Beneath the work folder, with <c>/</c>.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Written">Last write, UTC.</param>
internal sealed record FoundFile(string Path, string RelativePath, long Size, DateTime Written);
