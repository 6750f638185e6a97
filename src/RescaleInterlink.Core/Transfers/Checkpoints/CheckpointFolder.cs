namespace RescaleInterlink.Transfers.Checkpoints;

/// <summary>The folder of all checkpoints of this user (architecture: one per-user state folder, 0700, files 0600).</summary>
/// <param name="path">Full path; made when the first checkpoint is written.</param>
public sealed class CheckpointFolder(string path)
{
    public string Path { get; } = path;
}
