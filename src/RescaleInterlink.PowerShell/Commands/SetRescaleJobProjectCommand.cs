using System.Management.Automation;
using RescaleInterlink.PowerShell.Base;

namespace RescaleInterlink.PowerShell.Commands;

/// <summary>Gives jobs to a project.</summary>
[Cmdlet(VerbsCommon.Set, "RescaleJobProject", SupportsShouldProcess = true)]
public sealed class SetRescaleJobProjectCommand : JobChangeCmdlet
{
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string ProjectId { get; set; } = "";

    [Parameter(ValueFromPipelineByPropertyName = true)]
    [Alias("OrgCode")]
    public string? OrganizationCode { get; set; }

    private protected override string Action => $"Assign to the project {ProjectId}{(string.IsNullOrWhiteSpace(OrganizationCode) ? "" : $" of {OrganizationCode}")}";

    private protected override Func<string, CancellationToken, Task> Change()
    {
        (string project, string? organization) = (ProjectId, OrganizationCode);
        return async (id, cancellationToken) =>
        {
            await Session.Jobs.Changes.AssignProjectAsync(id, project, organization, cancellationToken);
            PostVerbose($"The job {id} belongs to the project {project}.");
        };
    }
}
