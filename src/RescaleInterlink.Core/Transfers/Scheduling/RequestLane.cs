namespace RescaleInterlink.Transfers.Scheduling;

/// <summary>In which order waiting storage requests are served, over all files of a command.</summary>
internal enum RequestLane
{
    /// <summary>Failed and has waited to be repeated; its memory waits with it.</summary>
    Repeated,

    /// <summary>Begins or ends something and moves next to nothing: properties, probe, begin, list, commit, abort.</summary>
    Short,

    /// <summary>A part, a chunk, or a whole small object.</summary>
    Body,
}
