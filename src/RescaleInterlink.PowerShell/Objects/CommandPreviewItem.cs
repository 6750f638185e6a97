using RescaleInterlink.Pipelines.Tables;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Objects;

/// <summary>What becomes of a command in another run.</summary>
public sealed class CommandPreviewItem : IShellObject
{
    internal CommandPreviewItem(string command, int index)
    {
        (Command, Index) = (command, index);
        Result = CommandPattern.Replace(command, index);
        Match = [.. CommandPattern.Find(command).Select(static number => number.Text)];
        Number = [.. CommandPattern.Find(command).Select(static number => number.Number)];
    }

    static string IShellObject.TypeName => "RescaleInterlink.CommandPreview";

    public string Command { get; }

    /// <summary>The run's number.</summary>
    public int Index { get; }

    public string Result { get; }

    /// <summary>What looks like the number of a run, with what makes it look so; empty when nothing does.</summary>
    public string[] Match { get; }

    /// <summary>The numbers themselves, one for each match.</summary>
    public string[] Number { get; }

    public override string ToString() => Result;
}
