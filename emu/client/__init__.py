"""A thin client of emu for shell scripts: ``emu aws SERVICE OPERATION --member value``.

The command line is AWS CLI's, as far as one call to one service goes. Nothing of it is written down here: operations
and members come from botocore's models. The server needs none of this package.
"""
