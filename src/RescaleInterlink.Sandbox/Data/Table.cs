namespace RescaleInterlink.Sandbox.Data;

/// <summary>
/// Records of one kind in the order of their insertion, with the groups they are listed by. Not thread-safe: <see cref="Store"/> guards it.
/// </summary>
internal sealed class Table<T>(params Func<T, string?>[] groupKeys)
    where T : class, IRecord
{
    private readonly Dictionary<string, int> _slotOf = new(StringComparer.Ordinal);
    private readonly List<T?> _slots = [];
    private readonly Dictionary<string, SortedSet<int>>[] _groups = [.. groupKeys.Select(_ => new Dictionary<string, SortedSet<int>>(StringComparer.Ordinal))];

    public int Count => _slotOf.Count;

    public T? Find(string id) => _slotOf.TryGetValue(id, out int slot) ? _slots[slot] : null;

    public IEnumerable<T> All(bool newestFirst)
    {
        for (int n = 0; n < _slots.Count; n++)
        {
            if (_slots[newestFirst ? _slots.Count - 1 - n : n] is { } record)
                yield return record;
        }
    }

    /// <summary>The records of one group, oldest first.</summary>
    public IEnumerable<T> InGroup(int group, string key)
        => _groups[group].TryGetValue(key, out var slots) ? slots.Select(slot => _slots[slot]!) : [];

    public void Put(T record)
    {
        if (_slotOf.TryGetValue(record.Id, out int slot))
        {
            LeaveGroups(_slots[slot]!, slot);
            _slots[slot] = record;
        }
        else
        {
            slot = _slots.Count;
            _slots.Add(record);
            _slotOf.Add(record.Id, slot);
        }

        for (int group = 0; group < groupKeys.Length; group++)
        {
            if (groupKeys[group](record) is not { } key)
                continue;
            if (!_groups[group].TryGetValue(key, out var members))
                _groups[group].Add(key, members = []);
            members.Add(slot);
        }
    }

    public void Remove(string id)
    {
        if (!_slotOf.Remove(id, out int slot))
            return;
        LeaveGroups(_slots[slot]!, slot);
        _slots[slot] = null;
    }

    private void LeaveGroups(T record, int slot)
    {
        for (int group = 0; group < groupKeys.Length; group++)
        {
            if (groupKeys[group](record) is { } key && _groups[group].TryGetValue(key, out var members) && members.Remove(slot) && members.Count == 0)
                _groups[group].Remove(key);
        }
    }
}
