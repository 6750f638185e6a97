namespace RescaleInterlink.Sandbox.Data;

/// <summary>Something the sandbox remembers. Records never change; a change puts a new record under the same id.</summary>
public interface IRecord
{
    string Id { get; }
}
