namespace RescaleInterlink.Sandbox.Storage;

/// <summary>What the sandbox itself does with objects, wherever they lie: registration checks, inputs, outputs, removal.</summary>
internal interface IObjectStorage
{
    Task<bool> ExistsAsync(string container, string path, CancellationToken cancellationToken);

    /// <returns>Null when there is no such object.</returns>
    Task<OpenedObject?> OpenAsync(string container, string path, CancellationToken cancellationToken);

    /// <summary>Stores an object whole, in place of an earlier one; its content is read to the end and never whole in memory.</summary>
    Task PutAsync(string container, string path, Stream content, IReadOnlyDictionary<string, string> metadata, CancellationToken cancellationToken);

    /// <summary>Does nothing when there is no such object.</summary>
    Task DeleteAsync(string container, string path, CancellationToken cancellationToken);

    /// <summary>Deletes all objects whose path begins so.</summary>
    Task DeleteAllAsync(string container, string prefix, CancellationToken cancellationToken);
}
