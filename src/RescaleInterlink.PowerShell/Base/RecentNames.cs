namespace RescaleInterlink.PowerShell.Base;

/// <summary>The last few ids that passed by, newest first, each with its name. Thread-safe.</summary>
internal sealed class RecentNames
{
    // More would not be read by anybody in a completion list.
    private const int Most = 200;

    private readonly LinkedList<(string Id, string Name)> _items = new();

    public void Add(string id, string? name)
    {
        lock (_items)
        {
            for (LinkedListNode<(string Id, string Name)>? node = _items.First; node is not null; node = node.Next)
            {
                if (node.Value.Id == id)
                {
                    _items.Remove(node);
                    break;
                }
            }

            _items.AddFirst((id, name ?? id));
            if (_items.Count > Most)
                _items.RemoveLast();
        }
    }

    public IReadOnlyList<(string Id, string Name)> Snapshot()
    {
        lock (_items)
            return [.. _items];
    }
}
